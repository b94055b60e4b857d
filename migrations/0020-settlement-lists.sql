-- 0020: batches and payouts are listed by merchant, currency, state and day, the newest first.
-- Why:   each list is read in the order of an index, from where the page before ended. Every index of settlement_batch has the state: a
--        list of all states is the newest of each, so that four indexes for each kind of day do for eight combinations of filters. The
--        fourth by due_on is settlement_batch_due.
-- Order: before the functions that list settlements and payouts. Older functions do not notice.
-- Cost:  the indexes are built in place, while others write. A batch is written a few times in its life.
-- Undo:  forward only. Nothing but the lists needs the indexes: DROP INDEX takes them away.
ALTER TABLE settlement_batch
  ADD INDEX IF NOT EXISTS settlement_batch_sold (state, period_end, batch_id),
  ADD INDEX IF NOT EXISTS settlement_batch_merchant_sold (merchant_id, state, period_end, batch_id),
  ADD INDEX IF NOT EXISTS settlement_batch_currency_sold (currency, state, period_end, batch_id),
  ADD INDEX IF NOT EXISTS settlement_batch_merchant_currency_sold (merchant_id, currency, state, period_end, batch_id),
  ADD INDEX IF NOT EXISTS settlement_batch_merchant_due (merchant_id, state, due_on, batch_id),
  ADD INDEX IF NOT EXISTS settlement_batch_currency_due (currency, state, due_on, batch_id),
  ADD INDEX IF NOT EXISTS settlement_batch_merchant_currency_due (merchant_id, currency, state, due_on, batch_id);

ALTER TABLE payout
  ADD INDEX IF NOT EXISTS payout_of_merchant (merchant_id, payout_id),
  ADD INDEX IF NOT EXISTS payout_of_state (state, payout_id),
  ADD INDEX IF NOT EXISTS payout_of_merchant_state (merchant_id, state, payout_id);
