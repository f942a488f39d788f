-- Who is forgotten signs in no more, also by a token that was made in the minutes in which that was not known yet.

CREATE TABLE gateway.forgotten (
    person uuid PRIMARY KEY
);

GRANT SELECT, INSERT ON gateway.forgotten TO {app};
