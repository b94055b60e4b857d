-- 0022: what finance reads of the books by day: the journal, the fees of a month, and the funds that have to be kept apart.
-- Why:   ids follow the time of writing, and the journal of a month goes by when the money moved: in a sandbox the two are far apart, and
--        a late event is written after the month. Fees are totalled by the day of the sale.
-- Order: before `npm run books` and functions/jobs/daily-funds.ts. Older functions do not notice.
-- Cost:  the indexes are built in place, while others write: of ledger_entry about two seconds for a million entries. What the one of
--        ledger_entry costs an insert stands in docs/books.md.
-- Undo:  forward only. Nothing but what is said above needs the indexes: DROP INDEX takes them away. The days of settlement_funds are a
--        record of what was known then; nothing makes them again.
ALTER TABLE ledger_entry
  ADD INDEX IF NOT EXISTS ledger_entry_by_time (occurred_at, entry_id);

ALTER TABLE settlement_item
  ADD INDEX IF NOT EXISTS settlement_item_by_day (sold_on, item_id);

ALTER TABLE payout
  ADD INDEX IF NOT EXISTS payout_made (created_at);

-- What we owe merchants at the end of a day, and what stood on the safeguarded account then, by the bank's statement.
CREATE TABLE IF NOT EXISTS settlement_funds (
  day           DATE          NOT NULL COMMENT 'in Seoul',
  currency      CHAR(3)       CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  required      DECIMAL(30,0) NOT NULL COMMENT 'minor units; may be more than a BIGINT holds',
  safeguarded   DECIMAL(30,0) NOT NULL COMMENT 'minor units: the closing balance of the statement',
  statement_day DATE          NULL COMMENT 'of the newest statement up to that day; null: there was none',
  calculated_at DATETIME(3)   NOT NULL COMMENT 'real time: entries that were written later are not in it',
  CONSTRAINT settlement_funds_pk PRIMARY KEY (day, currency),
  CONSTRAINT settlement_funds_required CHECK (required >= 0)
) ENGINE = InnoDB;
