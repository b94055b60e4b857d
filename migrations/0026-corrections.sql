-- 0026: what settles a correction of the acquirer, and items that wait for their year.
-- Why:   an approval names the correction that it settles, and `verify` looks for it by that name. Items without a due date get one when
--        their year is loaded. Both are looked for often and found seldom: without an index every row would be read.
-- Order: any. Older functions know no such approval, and date no items.
-- Undo:  forward only.
CREATE INDEX IF NOT EXISTS recon_break_action_by_target ON recon_break_action (target);
CREATE INDEX IF NOT EXISTS settlement_item_by_due ON settlement_item (due_on);
