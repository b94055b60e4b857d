/** What is printed of a soak: each figure, what it gained, and what it might have. */
import { originLines, problemLines, type Section } from '../bench/report.ts'
import { LEFT_OUT, REFUSED, RIGHT } from './outcomes.ts'
import type { SoakResult } from './run.ts'
import { watched } from './watched.ts'

const STATEMENTS_SHOWN = 12
const STATEMENT_CHARACTERS = 100

export function headerOf(result: SoakResult): string[] {
  const { settings, peakFlowsPerSecond, load, requestsPerSecond, warmupMs, samples } = result
  const right = load.outcomes[RIGHT]
  const notDone = (load.outcomes[LEFT_OUT]?.count ?? 0) + (load.outcomes[REFUSED]?.count ?? 0)
  const wrong = load.sent - (right?.count ?? 0) - notDone
  const { p50 = 0, p99 = 0 } = right?.latencyMs ?? {}
  return [
    ...originLines(result),
    `seed ${settings.seed}; ${load.perSecond.toFixed(1)} flows/s of at most ${peakFlowsPerSecond.toFixed(1)} for ${(settings.lengthMs / 60_000).toFixed(1)} minutes, ` +
      `${requestsPerSecond.toFixed(0)} requests/s; ${samples} samples, the first ${(warmupMs / 60_000).toFixed(1)} minutes not judged`,
    `${load.sent} flows, ${wrong} answered wrongly, ${notDone} left out or refused because too much was under way; a whole flow p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms`,
  ]
}

export const sectionsOf = (result: SoakResult): Section[] => [figures(result), statements(result)]

function figures({ judgement }: SoakResult): Section {
  return {
    title: 'What was watched: medians of the first and the last third, and the slope (Theil–Sen)',
    rows: [
      ['figure', 'of', 'first', 'last', 'an hour', 'allowed', ''],
      ...judgement.series.map(({ kind, of, first, last, perHour, allowedPerHour, grows }) => {
        const { name, digits } = watched[kind]
        const numbers = [first, last, perHour, allowedPerHour].map(value => value.toFixed(digits))
        return [name, of, ...numbers, grows ? 'GROWS' : 'flat']
      }),
    ].filter(([name, , first, last]) => name !== watched.rows.name || first !== last),
  }
}

/** Those that read most, all calls together. */
function statements({ judgement }: SoakResult): Section {
  const shown = judgement.statements
    .toSorted((a, b) => Number(b.grows) - Number(a.grows) || b.last * b.calls - a.last * a.calls)
    .slice(0, STATEMENTS_SHOWN)
  return {
    title: `Rows that one call examines, of the ${shown.length} statements that read most (of ${judgement.statements.length})`,
    rows: [
      ['statement', 'calls', 'first third', 'last third', ''],
      ...shown.map(({ digest, calls, first, last, grows }) => [
        digest.replace(/\s+/g, ' ').replaceAll('|', '¦').slice(0, STATEMENT_CHARACTERS),
        String(calls),
        first.toFixed(1),
        last.toFixed(1),
        grows ? 'GROWS' : 'flat',
      ]),
    ],
  }
}

export function verdictOf({ books, problems, judgement }: SoakResult): string[] {
  const still = judgement.series.filter(({ kind, first, last }) => kind === 'rows' && first === last).length
  return [
    `${still} tables that payments do not fill have exactly as many rows as before`,
    books.broken.length + books.pending === 0
      ? `books: all ${books.invariants} invariants hold over ${books.payments} payments`
      : `books: broken: ${books.broken.join(', ') || `${books.pending} findings pending`}`,
    ...(problems.length === 0
      ? [`flat: ${judgement.series.length} figures, ${judgement.statements.length} statements`]
      : []),
    ...problemLines(problems),
  ]
}
