"""A forgotten learner's record verifies like everyone's; her history is for the district's own people; and a state of
hers that somebody keeps is found.
"""

from tests.support.audited import ADMINISTRATOR, AuditedDistrict
from tests.support.audited_story import LEARNERS, OTHER_SCHOOL, THEME, Told
from tests.support.ledger_writer import named, result


async def test_of_a_forgotten_learner_nothing_is_shown_and_everything_verifies(
    audited: AuditedDistrict, story: Told
) -> None:
    eva = named("Eva, who is forgotten")
    audited.writer.enrol(eva, OTHER_SCHOOL)
    audited.writer.attempt(eva, result(THEME, "4"))
    await audited.append()
    await audited.applied()
    row = await audited.mastery.fetchrow("SELECT * FROM mastery.state WHERE learner = $1", eva)
    assert row is not None
    assert (await audited.get(f"/v1/learners/{eva}/history", eva)).status_code == 200
    audited.writer.forget(eva)
    await audited.append()
    await audited.applied()
    for learner in (None, eva, LEARNERS[0]):
        found = await audited.verify(learner)
        assert (found["state"], found["differences"]) == ("equal", []), learner
    gone = await audited.get(f"/v1/learners/{eva}/history", eva)
    assert (gone.status_code, gone.json()["type"]) == (410, "urn:ascertain:problem:gone")
    assert (await audited.get(f"/v1/learners/{eva}/history", named("a stranger"))).status_code == 404
    history = await audited.get(f"/v1/learners/{eva}/history", ADMINISTRATOR)
    assert [entry["type"] for entry in history.json()["entries"]] == [
        *("LearnerEnrolled", "AttemptRecorded", "ForgettingRequested", "LearnerForgotten"),
    ]
    forgotten = history.json()["entries"][-1]["position"]["position"]

    columns = ", ".join(row.keys())
    places = ", ".join(f"${number}" for number in range(1, len(row) + 1))
    await audited.mastery.execute(f"INSERT INTO mastery.state ({columns}) VALUES ({places})", *row.values())
    try:
        for learner in (None, eva):
            found = await audited.verify(learner)
            [difference] = found["differences"]
            assert (found["state"], difference["kind"]) == ("different", "state_kept")
            assert (difference["learner"], difference["competency"], difference["position"]) == (eva, THEME, forgotten)
    finally:
        await audited.mastery.execute("DELETE FROM mastery.state WHERE learner = $1", eva)


async def test_a_grade_or_a_review_of_hers_that_is_kept_is_found(audited: AuditedDistrict, story: Told) -> None:
    fay = named("Fay, who is forgotten too")
    audited.writer.enrol(fay, OTHER_SCHOOL)
    asked = {"competency": THEME, "reason_ref": "ab" * 32}
    review = audited.writer.say("ReviewRequested", fay, f"review/{fay}", asked)
    await audited.append()
    await audited.applied()
    row = await audited.mastery.fetchrow("SELECT * FROM mastery.review WHERE learner = $1", fay)
    assert row is not None
    audited.writer.forget(fay)
    await audited.append()
    await audited.applied()
    assert (await audited.verify(fay))["state"] == "equal"
    columns = ", ".join(row.keys())
    places = ", ".join(f"${number}" for number in range(1, len(row) + 1))
    await audited.mastery.execute(f"INSERT INTO mastery.review ({columns}) VALUES ({places})", *row.values())
    try:
        for learner in (None, fay):
            found = await audited.verify(learner)
            [difference] = found["differences"]
            assert (difference["phase"], difference["kind"], difference["event"]) == (
                *("reviews", "kept_unexpected"),
                review,
            )
            assert (difference["learner"], difference["position"]) == (fay, 4)
    finally:
        await audited.mastery.execute("DELETE FROM mastery.review WHERE learner = $1", fay)
