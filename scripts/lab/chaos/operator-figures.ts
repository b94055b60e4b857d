/** How much operators did in a run, and how often it was cut off at the worst moment. */
import type { Facts } from './auditor/facts.ts'
import type { DoneFault } from './faults.ts'

export interface OperatorFigures {
  /** Keys under which something was asked for that may be done. */
  asked: number
  /** Calls that had to be refused before anything was claimed. */
  refused: number
  inquiries: number
  /** Of the audit log. */
  entries: number
  /** Kills of the API between an entry and its operation. */
  killsBetween: number
  /** Asks whose entry was there when the request was sent that led to the operation: the one before was cut off in between. */
  wentOn: number
}

export function operatorFiguresOf(facts: Facts, faults: readonly DoneFault[]): OperatorFigures {
  const byOperators = facts.told.filter(({ operator, refusal }) => operator !== null && refusal === null)
  return {
    asked: new Set(byOperators.map(({ key }) => key)).size,
    refused: facts.told.filter(({ key, refusal }) => refusal !== null && key?.startsWith('console:')).length,
    inquiries: facts.inquiries.length,
    entries: facts.auditLog.length,
    killsBetween: faults.filter(({ atWorstMoment }) => atWorstMoment).length,
    wentOn: wentOnIn(facts),
  }
}

/** An operation is executed only by the request that claimed it; what was canceled instead does not count. */
function wentOnIn({ told, auditLog, operations, journal }: Facts): number {
  const notedAtMs = new Map(auditLog.map(({ details, at }) => [JSON.parse(details).key as string, at.getTime()]))
  const idOf = new Map(operations.map(({ key, operationId }) => [key, operationId]))
  const decidedAtMs = new Map(
    journal.flatMap(entry =>
      entry.type === 'decision' && entry.state !== 'CANCELED'
        ? [[entry.operationId, Date.parse(entry.recordedAt)] as const]
        : [],
    ),
  )
  const wentOn = told.filter(({ key, operator, sentAtMs }) => {
    if (operator === null) return false
    return notedAtMs.get(key!)! < sentAtMs && sentAtMs <= decidedAtMs.get(idOf.get(key)!)!
  })
  return new Set(wentOn.map(({ key }) => key)).size
}
