-- 0026: who settled a correction of the acquirer.
-- Why:   an approval names the correction that it settles. `verify` looks for it by that name, and would go through all actions without an
--        index.
-- Order: any. Older functions know no such approval.
-- Undo:  forward only.
CREATE INDEX IF NOT EXISTS recon_break_action_by_target ON recon_break_action (target);
