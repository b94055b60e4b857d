/** Lies that are written into a database after a clean audit, each taken back after the auditor has named it. */
import { connectDatabase } from '../../operate/connections.ts'
import { audit, type CheckName } from './auditor/audit.ts'
import type { Facts } from './auditor/facts.ts'
import { gather, type ToldFacts } from './auditor/gather.ts'
import type { Stage } from './stage.ts'

interface Lie {
  name: string
  named: CheckName
  /** A statement, and the one that takes it back. */
  sql?: [string, string]
  /** For what only grows and cannot be altered: the copy of the acquirer's journal. */
  alter?: (facts: Facts) => Facts
}

/** What came of each: null when the auditor named it, else why it does not count. */
export interface PlantedOutcome {
  name: string
  problem: string | null
}

const one = (table: string, where: string): string => `${table} WHERE ${where} LIMIT 1`

const lies: Lie[] = [
  {
    name: 'an operation that was approved is FAILED here',
    named: 'decisions',
    sql: [
      `UPDATE ${one("payment_operation SET state = 'FAILED', reason = 'planted'", "kind = 'capture' AND state = 'SUCCEEDED' AND reason IS NULL")}`,
      "UPDATE payment_operation SET state = 'SUCCEEDED', reason = NULL WHERE reason = 'planted'",
    ],
  },
  {
    name: 'an event is gone from the outbox',
    named: 'outbox',
    sql: [
      // Out of sight: the rows that the auditor reads are those of the outbox and its archive.
      'CREATE TABLE planted AS SELECT * FROM outbox_event ORDER BY id LIMIT 1; DELETE FROM outbox_event WHERE id IN (SELECT id FROM planted)',
      'INSERT INTO outbox_event SELECT * FROM planted; DROP TABLE planted',
    ],
  },
  {
    name: 'a stored answer is altered',
    named: 'keys',
    sql: [
      `UPDATE ${one("idem_response_cache SET body = CONCAT(body, ' ')", 'status_code = 200 ORDER BY merchant_id, idempotency_key')}`,
      "UPDATE idem_response_cache SET body = LEFT(body, LENGTH(body) - 1) WHERE RIGHT(body, 1) = ' '",
    ],
  },
  {
    name: 'money that was captured is not in the ledger',
    named: 'balances',
    sql: [
      "CREATE TABLE planted AS SELECT * FROM ledger_entry WHERE entry_type = 'capture' LIMIT 1; DELETE FROM ledger_entry WHERE entry_id IN (SELECT entry_id FROM planted)",
      'INSERT INTO ledger_entry SELECT * FROM planted; DROP TABLE planted',
    ],
  },
  {
    name: 'the audit log lacks what an operator asked for',
    named: 'console',
    sql: [
      "CREATE TABLE planted AS SELECT * FROM audit_log WHERE action LIKE 'payment.%-asked' LIMIT 1; DELETE FROM audit_log WHERE id IN (SELECT id FROM planted)",
      'INSERT INTO audit_log SELECT * FROM planted; DROP TABLE planted',
    ],
  },
  {
    name: 'the audit log says twice what an operator asked for once',
    named: 'console',
    sql: [
      `INSERT INTO audit_log (id, actor, action, subject, reason, details, at, previous_hash, hash)
        SELECT (SELECT MAX(id) FROM audit_log) + 1, actor, action, subject, reason, details, at, 'planted', 'planted'
        FROM audit_log WHERE action LIKE 'payment.%-asked' LIMIT 1`,
      "DELETE FROM audit_log WHERE hash = 'planted'",
    ],
  },
  { name: 'the acquirer captured a second time', named: 'decisions', alter: withSecondCapture },
]

function withSecondCapture(facts: Facts): Facts {
  const capture = facts.journal.find(
    entry => entry.type === 'decision' && entry.state === 'APPROVED' && entry.order?.kind === 'capture',
  )
  if (capture?.type !== 'decision') return facts
  const again = { ...capture, sequence: facts.journal.length + 1, operationId: `${capture.operationId.slice(0, -1)}?` }
  return { ...facts, journal: [...facts.journal, again] }
}

/** All facts of a run, as they are now. */
export const factsOf = async (
  { system: { databaseUrl, brokers }, acquirerUrl }: Stage,
  { told, inquiries, reads }: ToldFacts,
): Promise<Facts> => ({ ...(await gather({ databaseUrl, brokers, acquirerUrl })), told, inquiries, reads })

/** The system must be at rest, and stays as it was. Throws when a lie cannot be planted or taken back. */
export async function plantLies(stage: Stage, told: ToldFacts): Promise<PlantedOutcome[]> {
  const outcomes: PlantedOutcome[] = []
  for (const lie of lies) outcomes.push({ name: lie.name, problem: await plant(stage, told, lie) })
  const left = audit(await factsOf(stage, told))
  if (left.length > 0) outcomes.push({ name: 'all taken back', problem: left[0]!.what })
  return outcomes
}

async function plant(stage: Stage, told: ToldFacts, lie: Lie): Promise<string | null> {
  const { databaseUrl } = stage.system
  if (lie.sql) await execute(databaseUrl, lie.sql[0])
  try {
    const facts = await factsOf(stage, told)
    const found = audit(lie.alter ? lie.alter(facts) : facts)
    if (found.some(({ check }) => check === lie.named)) return null
    return `the check ${lie.named} found nothing; found: ${found.map(({ what }) => what).join('; ') || 'nothing at all'}`
  } finally {
    if (lie.sql) await execute(databaseUrl, lie.sql[1])
  }
}

async function execute(databaseUrl: string, statements: string): Promise<void> {
  const database = await connectDatabase(databaseUrl)
  try {
    for (const statement of statements.split('; ')) await database.query(statement)
  } finally {
    await database.end()
  }
}
