/** What must never be in the books of reconciliation, as statements of its own on MariaDB: for tests of those who write them. */
import type { TestDatabase } from './database.ts'

/** Each statement finds what must not be. */
const MUST_BE_NONE = {
  'the receivable is what is expected and not settled': `SELECT 1 FROM (
      SELECT COALESCE(SUM(CASE WHEN debit_account = 'acquirer_receivable' THEN amount WHEN credit_account = 'acquirer_receivable' THEN -amount ELSE 0 END), 0) AS balance
      FROM ledger_entry) AS books
    WHERE balance <> (SELECT COALESCE(SUM(amount), 0) FROM recon_expectation WHERE state <> 'SETTLED')`,
  'cash in transit is what the batches have left': `SELECT 1 FROM (
      SELECT COALESCE(SUM(CASE WHEN debit_account = 'cash_in_transit' THEN amount WHEN credit_account = 'cash_in_transit' THEN -amount ELSE 0 END), 0) AS balance
      FROM ledger_entry) AS books
    WHERE balance <> (SELECT COALESCE(SUM(net - allocated - moved), 0) FROM recon_batch)`,
  'each break holds its remaining on recon_suspense': `SELECT 1 FROM recon_break b LEFT JOIN (
      SELECT subject_id, SUM(CASE WHEN debit_account = 'recon_suspense' THEN amount WHEN credit_account = 'recon_suspense' THEN -amount ELSE 0 END) AS balance
      FROM ledger_entry GROUP BY subject_id) AS books ON books.subject_id = b.break_id
    WHERE COALESCE(books.balance, 0) <> b.remaining`,
  'nothing else is on recon_suspense': `SELECT 1 FROM ledger_entry WHERE 'recon_suspense' IN (debit_account, credit_account)
    AND subject_id NOT IN (SELECT break_id FROM recon_break)`,
  'booked less its actions remains': `SELECT 1 FROM recon_break b
    WHERE remaining <> booked - (SELECT COALESCE(SUM(amount), 0) FROM recon_break_action a WHERE a.break_id = b.break_id)`,
  'a broken line has a break': `SELECT 1 FROM recon_line l WHERE state = 'BROKEN'
    AND NOT EXISTS (SELECT 1 FROM recon_break b WHERE b.file_id = l.file_id AND b.line_no = l.line_no)`,
  'what a line settled is settled, once': `SELECT 1 FROM recon_line l JOIN recon_expectation e ON e.expectation_id = l.expectation_id
    GROUP BY e.expectation_id HAVING COUNT(*) > 1 OR MIN(e.state) <> 'SETTLED'`,
  'a file that is done has no line left': `SELECT 1 FROM recon_line l JOIN recon_file f ON f.file_id = l.file_id
    WHERE f.state = 'DONE' AND l.state = 'READ'`,
  'events of a subject are counted without gaps': `SELECT 1 FROM (
      SELECT f.event_count - 1 AS counted, (SELECT COUNT(*) FROM outbox_event o WHERE o.message_key = f.file_id) AS told FROM recon_file f
      UNION ALL SELECT b.event_count, (SELECT COUNT(*) FROM outbox_event o WHERE o.message_key = b.break_id) FROM recon_break b
      UNION ALL SELECT d.event_count, (SELECT COUNT(*) FROM outbox_event o WHERE o.message_key = d.dispute_id) FROM dispute d) AS each_subject
    WHERE counted <> told`,
  'no payment is refunded and disputed for more than was captured': `SELECT 1 FROM payment
    WHERE disputed_amount < 0 OR refunded_amount + disputed_amount > captured_amount`,
  'what is disputed of a payment are its disputes that are not won': `SELECT 1 FROM payment p
    WHERE disputed_amount <> (SELECT COALESCE(SUM(amount), 0) FROM dispute d WHERE d.payment_id = p.payment_id AND d.state <> 'WON')`,
  'each step of a dispute has one expectation and one item, and is booked once': `SELECT 1 FROM outbox_event o
      JOIN dispute d ON d.dispute_id = o.message_key
    WHERE o.topic IN ('dispute.opened', 'dispute.won') AND (
      (SELECT COUNT(*) FROM recon_expectation e WHERE e.event_id = o.event_id AND ABS(e.amount) = d.amount) <> 1
      OR (SELECT COUNT(*) FROM settlement_item i WHERE i.event_id = o.event_id AND i.payment_id = d.payment_id
          AND ABS(i.net) = d.amount AND i.type IN ('chargeback', 'chargeback_won')) <> 1
      OR (SELECT COUNT(*) FROM ledger_entry l WHERE l.event_id = o.event_id AND l.subject_id = d.dispute_id AND l.amount = d.amount
          AND l.entry_type IN ('chargeback', 'chargeback_won')) <> 1)`,
  'the fee of a dispute is an item and an entry of its opening': `SELECT 1 FROM dispute d
    WHERE fee <> COALESCE((SELECT SUM(-i.net) FROM settlement_item i JOIN outbox_event o ON o.event_id = i.event_id
        WHERE o.message_key = d.dispute_id AND o.topic = 'dispute.opened' AND i.type = 'dispute_fee'), 0)
      OR fee <> COALESCE((SELECT SUM(l.amount) FROM ledger_entry l WHERE l.subject_id = d.dispute_id AND l.entry_type = 'dispute_fee'), 0)`,
}

/** The sentences that do not hold. */
export async function disagreementsIn(direct: TestDatabase): Promise<string[]> {
  const found = []
  for (const [name, sql] of Object.entries(MUST_BE_NONE)) if ((await direct.rows(sql)).length > 0) found.push(name)
  return found
}
