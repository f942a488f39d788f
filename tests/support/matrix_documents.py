"""What the matrix's district is made from: its roster, and the documents that are published in it. Pure but for ids."""

from typing import Any

from tests.support.relations import new_id

LEARNERS = ("learner", "classmate", "leaving")


def roster() -> dict[str, list[dict[str, str]]]:
    """Two schools, a section each; a teacher and a learner in each of them, and one who is about to leave there."""
    places = {"here": ("learner", "teacher"), "there": ("classmate", "leaving", "other teacher")}
    active = {"status": "active"}
    return {
        "orgs": [{"sourcedId": f"school {place}", "type": "school", **active} for place in places],
        "courses": [{"sourcedId": f"course {place}", "orgSourcedId": f"school {place}", **active} for place in places],
        "classes": [
            {
                "sourcedId": f"class {place}",
                "courseSourcedId": f"course {place}",
                "schoolSourcedId": f"school {place}",
                **active,
            }
            for place in places
        ],
        "users": [
            {"sourcedId": person, "givenName": person.title(), "familyName": "Matrix", **active}
            for people in places.values()
            for person in people
        ],
        "enrollments": [
            {
                "sourcedId": f"enrollment {person}",
                "classSourcedId": f"class {place}",
                "schoolSourcedId": f"school {place}",
                "userSourcedId": person,
                "role": "student" if person in LEARNERS else "teacher",
                **active,
            }
            for place, people in places.items()
            for person in people
        ],
    }


def rubric(competency: str) -> dict[str, Any]:
    levels = [{"earned": "3", "title": "Clear", "descriptor": "It is clear."}]
    criterion = {"code": "thesis", "title": "Thesis", "competencies": [competency], "possible": "4", "levels": levels}
    return {"format": "ascertain.rubric@1", "id": new_id(), "title": "A rubric", "criteria": [criterion]}


def moves(rubric_: str) -> dict[str, Any]:
    asks = {"code": "asks", "title": "Asks a question of the text"}
    return {
        "format": "ascertain.moves@1",
        "id": new_id(),
        "title": "Moves",
        "language": "en",
        "rubric": rubric_,
        "moves": [asks],
    }


def questions() -> dict[str, Any]:
    options = [{"code": name, "title": name.title()} for name in ("boxer", "clover")]
    best = {"kind": "choice", "code": "best", "title": "Who is the best citizen?", "options": options}
    return {
        "format": "ascertain.questions@1",
        "id": new_id(),
        "title": "Animal Farm",
        "language": "en",
        "questions": [best],
    }
