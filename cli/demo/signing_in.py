"""The demo's people at the embedded issuer: a button each, and an address at which to sign in as them."""

from uuid import NAMESPACE_OID, uuid5

from cli.demo.cast import Cast
from deploy.local.issuer.people import OPERATOR, Person, add_people, sign_in_url
from deploy.local.stack import Stack

PEOPLE = {
    "learner-amara": "Amara Okafor, learner",
    "learner-bao": "Bao Tran, learner",
    "guardian-okafor": "Ngozi Okafor, Amara's mother",
    "teacher-lindgren": "Maja Lindgren, English",
    "teacher-sato": "Yuki Sato, art",
}
"""SourcedIds of the roster, and what stands on their buttons."""

AUDITOR = Person("auditor", "The auditor")
AUDITS = str(uuid5(NAMESPACE_OID, "the demo's auditor"))
"""Who she is: of no roster, and the same each time."""


async def open_doors(cast: Cast, stack: Stack) -> dict[str, str]:
    """Give each of them a button and an account; the addresses by what stands on the button."""
    issuer, gateway = stack.urls["issuer"], stack.urls["gateway"]
    add_people(stack.home, [Person(subject, label) for subject, label in PEOPLE.items()])
    add_people(stack.home, [AUDITOR])
    people = {subject: await cast.person(subject) for subject in PEOPLE} | {AUDITOR.subject: AUDITS}
    grant = {"id": str(uuid5(NAMESPACE_OID, "her role")), "person": AUDITS, "role": "auditor", "scope": "district"}
    await cast.district.post("/v1/roles", grant)
    for subject, person in people.items():
        await cast.district.put("/v1/accounts", {"issuer": issuer, "subject": subject, "person": person})
    buttons = {**PEOPLE, AUDITOR.subject: AUDITOR.label, OPERATOR.subject: OPERATOR.label}
    return {label: sign_in_url(gateway, subject) for subject, label in buttons.items()}
