"""The story that the demo tells, chapter by chapter, each step with what really came back, and checked."""

from cli.demo.cast import Cast
from cli.demo.exhibition_story import ExhibitionStory
from cli.demo.forgetting_story import ForgettingStory
from cli.demo.grade_story import GradeStory
from cli.demo.level_story import LevelStory
from cli.demo.next_story import NextStory
from cli.demo.portfolio_story import PortfolioStory
from cli.demo.redo_story import RedoStory
from cli.demo.seminar_story import SeminarStory
from cli.demo.telling import Telling
from cli.demo.work_story import WorkStory


async def tell(cast: Cast, telling: Telling) -> None:
    """The whole story, in order. Raises CommandError where the platform refuses or does not answer."""
    chapter = telling.console.rule
    chapter("[bold]A score becomes a level", align="left")
    await LevelStory(cast, telling).tell()
    chapter("[bold]Works, words and judgement", align="left")
    poster, pieces = await WorkStory(cast, telling).tell()
    chapter("[bold]Relearn and redo", align="left")
    await RedoStory(cast, telling).tell()
    chapter("[bold]A seminar", align="left")
    await SeminarStory(cast, telling).tell()
    chapter("[bold]An exhibition", align="left")
    await ExhibitionStory(cast, telling, poster).tell()
    chapter("[bold]A portfolio", align="left")
    await PortfolioStory(cast, telling, poster).tell()
    chapter("[bold]What comes next", align="left")
    await NextStory(cast, telling).tell()
    chapter("[bold]Grades, and how they are proved", align="left")
    await GradeStory(cast, telling, pieces).tell()
    chapter("[bold]Forgetting", align="left")
    await ForgettingStory(cast, telling).tell()
