"""Where nothing was touched, everything is equal, and a history says what happened."""

from tests.support.audited import AuditedDistrict


async def test_an_untouched_district_verifies(audited: AuditedDistrict, story: object) -> None:
    result = await audited.verify()
    assert (result["state"], result["differences"]) == ("equal", [])
    entries = await audited.evidence.fetchval("SELECT count(*) FROM ledger.stored_entry")
    states = await audited.mastery.fetchval("SELECT count(*) FROM mastery.state")
    learners = await audited.mastery.fetchval(
        "SELECT count(*) FROM (SELECT learner FROM mastery.learner UNION SELECT learner FROM mastery.forgotten) AS kept"
    )
    grades = await audited.mastery.fetchval("SELECT count(*) FROM mastery.grade")
    reviews = await audited.mastery.fetchval("SELECT count(*) FROM mastery.review")
    redos = await audited.mastery.fetchval("SELECT count(*) FROM mastery.redo")
    feedback = await audited.mastery.fetchval("SELECT count(*) FROM mastery.feedback")
    assert [(phase["name"], phase["done"], phase["total"]) for phase in result["phases"]] == [
        ("ledger", entries, entries),
        ("topic", entries, entries),
        ("states", states, states),
        ("learners", learners, learners),
        ("grades", grades, grades),
        ("reviews", reviews, reviews),
        ("redos", redos, redos),
        ("feedback", feedback, feedback),
    ]
