DROP TABLE ledger.transfers, ledger.accounts;
