"""The demo's people at the embedded issuer: a button each, and an address at which to sign in as them."""

from cli.demo.cast import Cast
from deploy.local.issuer.people import Person, add_people, sign_in_url
from deploy.local.stack import Stack

PEOPLE = {
    "learner-amara": "Amara Okafor, learner",
    "learner-bao": "Bao Tran, learner",
    "guardian-okafor": "Ngozi Okafor, Amara's mother",
    "teacher-lindgren": "Maja Lindgren, English",
    "teacher-sato": "Yuki Sato, art",
}
"""SourcedIds of the roster, and what stands on their buttons."""


async def open_doors(cast: Cast, stack: Stack) -> dict[str, str]:
    """Give each of them a button and an account; the addresses by what stands on the button."""
    issuer, gateway = stack.urls["issuer"], stack.urls["gateway"]
    add_people(stack.home, [Person(subject, label) for subject, label in PEOPLE.items()])
    for subject in PEOPLE:
        account = {"issuer": issuer, "subject": subject, "person": await cast.person(subject)}
        await cast.district.put("/v1/accounts", account)
    return {label: sign_in_url(gateway, subject) for subject, label in PEOPLE.items()}
