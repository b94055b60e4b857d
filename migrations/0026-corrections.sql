-- 0026: what settles a correction of the acquirer, items that wait for their year, and states that no expectation ever had.
-- Why:   an approval names the correction that it settles, and `verify` looks for it by that name. Items without a due date get one when
--        their year is loaded. Both are looked for often and found seldom: without an index every row would be read.
--        A line is matched and booked in one transaction, so that an expectation is settled with it and is never MATCHED or BROKEN.
-- Order: any. Older functions know no such approval, date no items, and write neither of these states.
-- Cost:  recon_expectation is copied once for its check, which has a row for each capture and refund: expect-settlement and the matchers
--        wait for that long, and payments go on. The indexes are built while others write.
-- Undo:  forward only.
CREATE INDEX IF NOT EXISTS recon_break_action_by_target ON recon_break_action (target);
-- In the order in which items are dated: those of one period are read, and locked, without those of all others.
CREATE INDEX IF NOT EXISTS settlement_item_by_due ON settlement_item (due_on, merchant_id, currency, period_end, item_id);

ALTER TABLE recon_expectation DROP CONSTRAINT IF EXISTS recon_expectation_state;
ALTER TABLE recon_expectation
  ADD CONSTRAINT recon_expectation_state CHECK (state IN ('OPEN', 'OVERDUE', 'SETTLED'));
