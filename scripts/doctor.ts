/** `npm run doctor`: what this machine has, what it lacks and how to get it. Exit 1 when `npm start` could not work. */
import { styleText } from 'node:util'
import { diagnose, type Level } from './local/diagnosis.ts'
import { dataFolder } from './local/paths.ts'
import { usesColor } from './terminal/output.ts'
import { printable } from './terminal/printable.ts'

const marks = { ok: '✓', note: '!', bad: '✗' } as const
const colors = { ok: 'green', note: 'yellow', bad: 'red' } as const

function markOf(level: Level): string {
  return usesColor(process.stdout, process.env) ? styleText(colors[level], marks[level]) : marks[level]
}

const findings = await diagnose(dataFolder('main'))
for (const { level, subject, text, fix } of findings) {
  console.log(`  ${markOf(level)} ${subject.padEnd(18)} ${printable(text)}`)
  if (fix) console.log(`    ${' '.repeat(18)} → ${fix}`)
}
const bad = findings.filter(finding => finding.level === 'bad')
console.log(
  bad.length === 0 ? '\nnpm start can work here.' : `\nnpm start cannot work here yet: ${bad.length} to mend.`,
)
process.exit(bad.length === 0 ? 0 : 1)
