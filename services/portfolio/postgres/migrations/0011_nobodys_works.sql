-- Works all of whose members are forgotten, of which their members' ids were kept.
DELETE FROM portfolio.work_entry AS entry WHERE NOT EXISTS (
    SELECT FROM portfolio.member AS own WHERE own.work = entry.work
    AND NOT EXISTS (SELECT FROM portfolio.forgotten WHERE learner = own.member)
);
DELETE FROM portfolio.member AS one WHERE NOT EXISTS (
    SELECT FROM portfolio.member AS own WHERE own.work = one.work
    AND NOT EXISTS (SELECT FROM portfolio.forgotten WHERE learner = own.member)
);
