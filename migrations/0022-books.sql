-- 0022: what finance reads of the books by day: the journal, the fees of a month, and the funds that have to be kept apart.
-- Why:   ids follow the time of writing, and the journal of a month goes by when the money moved: in a sandbox the two are far apart, and
--        a late event is written after the month. Fees are totalled by the day of the sale.
-- Order: before `npm run books` and functions/jobs/daily-funds.ts. Older functions do not notice.
-- Cost:  the indexes are built in place, while others write: of ledger_entry about two seconds for a million entries. What the one of
--        ledger_entry costs an insert stands in docs/books.md.
-- Undo:  forward only. Nothing but what is said above needs the indexes: DROP INDEX takes them away.
ALTER TABLE ledger_entry
  ADD INDEX IF NOT EXISTS ledger_entry_by_time (occurred_at, entry_id);

ALTER TABLE settlement_item
  ADD INDEX IF NOT EXISTS settlement_item_by_day (sold_on, item_id);
