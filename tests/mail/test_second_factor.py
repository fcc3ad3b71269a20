"""Notices about the second factor: each says what happened, and what to do if it was not you."""

from __future__ import annotations

import pytest

from api.mail import mail as mails
from tests.mail.conftest import parts
from tests.mail.test_templates import mail


@pytest.mark.parametrize(
    ("change", "subject", "words"),
    [
        ("enabled", "Your second factor is on", "needs a code of your authenticator app"),
        ("disabled", "Your second factor is off", "needs only the password"),
        ("reset", "Your second factor was reset", "Customer service removed"),
        ("recovery_code_used", "A recovery code was used", "instead of a code"),
        ("recovery_codes_renewed", "You have new recovery codes", "The earlier ones"),
    ],
)
def test_each_change_has_its_mail(change: str, subject: str, words: str) -> None:
    written = mail(template="second_factor", data={"change": change})
    message = mails.compose(written, "orders@shop.example", "https://shop.example")
    assert message["Subject"] == subject
    for part in parts(message):
        assert words in part
        assert "set a new password in the shop at once" in part
