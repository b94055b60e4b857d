/** What operators asked for in a run, and whether the audit log has it: judged by the auditor of chaos. */
import type { FoundSystem } from '../../operate/find-system.ts'
import { type Ask, askProblems } from '../chaos/auditor/check-console.ts'
import { gatherConsole } from '../chaos/auditor/gather.ts'
import { operationIdIn } from './audit.ts'
import type { Transcript } from './client.ts'
import type { Actors } from './flow.ts'

export interface OperatorAudit {
  problems: string[]
  /** Keys that operators used. */
  asked: number
  /** Of the audit log. */
  entries: number
}

/** Throws when the database cannot be read. */
export async function auditOperators(
  { databaseUrl }: FoundSystem,
  { merchantId, operators }: Actors,
  transcripts: readonly Transcript[],
): Promise<OperatorAudit> {
  const asks = transcripts.flatMap(asksIn)
  const facts = await gatherConsole(databaseUrl, { merchantId, operators: operators.map(({ name }) => name) })
  return { problems: askProblems(asks, facts), asked: asks.length, entries: facts.auditLog.length }
}

/** Those that were answered; a call without an answer is a mismatch of its own. */
export function asksIn({ paymentId, told }: Transcript): Ask[] {
  return told.flatMap(({ call: { kind, key, asked }, answer }) => {
    if (asked === undefined || answer === null || paymentId === null || kind === 'authorize') return []
    const operator = { name: asked.operator.name, reason: asked.reason }
    const operationId = (operationIdIn(answer.json) ?? null) as string | null
    return [{ key, paymentId, kind, operator, request: {}, operationId }]
  })
}
