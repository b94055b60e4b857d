-- 0018: what each account held, again and again, so that a balance at any time is one of these and a few entries.
-- Why:   an account of ten million entries cannot be summed for each question. The indexes hold all that a sum needs: account, currency,
--        time and amount. A snapshot is the sum of what was recorded before its time; entries commit out of order, so it is written no
--        earlier than a minute after that time.
-- Order: before functions/jobs/snapshot-balances.ts and the functions that read accounts. Older functions do not know the tables.
-- Cost:  two indexes of ledger_entry are built in place, while others write; for how long was not measured. What they cost an insert
--        stands in docs/performance.md.
-- Undo:  forward only. Snapshots are made from the entries: those of an account may be deleted, and the job writes them again.
ALTER TABLE ledger_entry
  ADD INDEX IF NOT EXISTS ledger_entry_by_debit (debit_account, currency, recorded_at, amount),
  ADD INDEX IF NOT EXISTS ledger_entry_by_credit (credit_account, currency, recorded_at, amount);

CREATE TABLE IF NOT EXISTS account_snapshot (
  account         VARCHAR(64)   CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  currency        CHAR(3)       CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  recorded_before DATETIME(3)   NOT NULL COMMENT 'of every entry that was recorded before this; real time',
  debits          DECIMAL(30,0) NOT NULL COMMENT 'minor units; may be more than a BIGINT holds',
  credits         DECIMAL(30,0) NOT NULL,
  entry_count     BIGINT        NOT NULL,
  CONSTRAINT account_snapshot_pk PRIMARY KEY (account, currency, recorded_before)
) ENGINE = InnoDB;

-- How far the job is: it looks at the accounts with entries since active_since, in their order, and has done those up to this one. An
-- older place costs time, and nothing else.
CREATE TABLE IF NOT EXISTS account_snapshot_pass (
  id           TINYINT     NOT NULL,
  active_since DATETIME(3) NOT NULL,
  done_before  DATETIME(3) NOT NULL COMMENT 'the pass makes no snapshot of a later time',
  account      VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'empty: none is done',
  currency     CHAR(3)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  CONSTRAINT account_snapshot_pass_pk PRIMARY KEY (id),
  CONSTRAINT account_snapshot_pass_single CHECK (id = 1)
) ENGINE = InnoDB;

INSERT INTO account_snapshot_pass (id, active_since, done_before, account, currency)
SELECT 1, '1970-01-01 00:00:00.000', '1970-01-01 00:00:00.000', '', ''
FROM (SELECT COUNT(*) AS existing FROM account_snapshot_pass) AS counted WHERE counted.existing = 0;
