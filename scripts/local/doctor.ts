/** Prints what this machine has and lacks for `npm start`. */
import { paintFor } from '../terminal/output.ts'
import { printable } from '../terminal/printable.ts'
import { diagnose, type Finding, type Level } from './diagnosis.ts'
import { dataFolder } from './paths.ts'

/** What `npm run doctor -- --json` prints. */
export interface Diagnosis {
  /** Whether `npm start` can work here: no finding is `bad`. */
  canStart: boolean
  findings: Finding[]
}

const marks = { ok: '✓', note: '!', bad: '✗' } as const
const colors = { ok: 'green', note: 'yellow', bad: 'red' } as const

/** Resolves to the exit code: 0 when `npm start` can work here, else 1. */
export async function doctor({ json }: { json?: true }): Promise<number> {
  const findings = await diagnose(dataFolder('main'))
  const bad = findings.filter(finding => finding.level === 'bad')
  const diagnosis: Diagnosis = { canStart: bad.length === 0, findings }
  console.log(json ? JSON.stringify(diagnosis, null, 2) : linesOf(findings, bad.length).join('\n'))
  return diagnosis.canStart ? 0 : 1
}

function linesOf(findings: Finding[], bad: number): string[] {
  const verdict = bad === 0 ? 'npm start can work here.' : `npm start cannot work here yet: ${bad} to mend.`
  return [...findings.flatMap(findingLines), '', verdict]
}

function findingLines({ level, subject, text, fix }: Finding): string[] {
  const line = `  ${markOf(level)} ${subject.padEnd(18)} ${printable(text)}`
  return fix ? [line, `    ${' '.repeat(18)} → ${fix}`] : [line]
}

const markOf = (level: Level): string => paintFor(process.stdout, process.env)[colors[level]](marks[level])
