"""Personal calendar links: a secret token each, of which only the hash is kept, and which can be taken back."""

from __future__ import annotations

import hashlib
import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from autograder.cohort.desk import Act, note
from autograder.state.cohort_tables import FeedRow


def new_token() -> str:
    """Return a token of 256 random bits, for an address."""
    return secrets.token_urlsafe(32)


def open_feed(session: Session, act: Act, token: str) -> None:
    """Make ``token`` the calendar link of ``act.actor``, in place of the one before."""
    _revoke(session, act)
    session.add(FeedRow(user=act.actor, token=_hash(token), created_at=act.at))
    note(session, act, "feed.open", user=act.actor)


def close_feed(session: Session, act: Act) -> None:
    """Take the calendar link of ``act.actor`` back: its address answers nothing from now on."""
    if _revoke(session, act):
        note(session, act, "feed.close", user=act.actor)


def has_feed(session: Session, user: str) -> bool:
    """Return whether a person has a calendar link."""
    return session.scalar(select(FeedRow.id).where(FeedRow.user == user, FeedRow.revoked_at.is_(None))) is not None


def feed_owner(session: Session, token: str) -> str | None:
    """Return whose calendar a token opens, None for one that opens none."""
    query = select(FeedRow.user).where(FeedRow.token == _hash(token), FeedRow.revoked_at.is_(None))
    return session.scalar(query)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _revoke(session: Session, act: Act) -> bool:
    rows = list(session.scalars(select(FeedRow).where(FeedRow.user == act.actor, FeedRow.revoked_at.is_(None))))
    for row in rows:
        row.revoked_at = act.at
    return bool(rows)
