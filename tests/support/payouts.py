"""Accounts that money can be sent to."""

from __future__ import annotations

import uuid
from typing import Any

IBAN = "DE02120300000000202051"

PAYABLE = """
    WITH approved AS (
        UPDATE identity.accounts SET merchant_approved_at = now() WHERE id = $1 AND role IN ('merchant', 'admin')
    )
    INSERT INTO payments.bank_accounts (account_id, iban, holder) VALUES ($1, $2, 'Ada Lovelace')
"""


async def payable(admin: Any, account_id: str) -> None:
    """With a bank account and, if it sells, the shop's approval: what a payout needs."""
    await admin.execute(PAYABLE, uuid.UUID(account_id), IBAN)
