/** Resolves the breaks MISSING_THERE of expectations whose lines have come. */
import { type BusinessCalendar, businessDaysBetween } from '../domain/business-days.ts'
import type { Transaction } from '../payments/ports.ts'
import type { Calendars } from '../settlement/ports.ts'
import { type ActPorts, actOnBreak, SYSTEM } from './act-on-breaks.ts'
import { subjectOfLine } from './break-subjects.ts'
import type { ExpectedLine, Matching, ReconLine, ReconSource } from './ports.ts'

export interface Arrived {
  line: Pick<ReconLine, 'fileId' | 'lineNo' | 'valueOn'>
  /** It was OVERDUE. */
  expectation: ExpectedLine
}

/** One that a person has closed already stays as it is. */
export async function resolveMissing(
  ports: ActPorts & { matching: Pick<Matching, 'lockMissing'>; calendars: Calendars },
  tx: Transaction,
  source: ReconSource,
  arrived: readonly Arrived[],
): Promise<void> {
  if (arrived.length === 0) return
  const ids = arrived.map(({ expectation }) => expectation.expectationId)
  const missing = await ports.matching.lockMissing(tx, ids)
  const calendar = await ports.calendars.calendar(source.calendar, tx)
  for (const { line, expectation } of arrived) {
    const found = missing.get(expectation.expectationId)
    if (found === undefined) continue
    await actOnBreak(ports, tx, found, {
      ...{ actor: SYSTEM, action: 'arrived', target: subjectOfLine(line), closesAs: 'RESOLVED' },
      reason: latenessOf(line, expectation, calendar),
    })
  }
}

function latenessOf({ valueOn }: Arrived['line'], { dueOn }: ExpectedLine, calendar: BusinessCalendar): string {
  if (valueOn === null || dueOn === null) return 'its line came'
  const days = businessDaysBetween(calendar, dueOn, valueOn)
  return `its line came: paid on ${valueOn}, due on ${dueOn}, ${days} business days late`
}
