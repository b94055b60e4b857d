/** The result of a load run for a terminal. */
import { type Figures, type Verdict, valuesText } from './figures.ts'

const marks: Record<Verdict, string> = { passed: '✓', failed: '✗', void: '○' }

export function textOf(figures: Figures): string {
  const { scenario, runner, verdict, thresholds, checks, metrics, durationS } = figures
  const broken = checks.filter(({ fails }) => fails > 0)
  const lines = [
    '',
    `${scenario}: ${verdict}, run by ${runner}, ${durationS.toFixed(1)} s, seed ${figures.seed}`,
    ...lagLines(figures),
    ...thresholds.map(one => `  ${marks[one.verdict]} ${one.metric} ${one.expression}   (${one.seen})`),
    ...broken.map(({ name, passes, fails }) => `  ✗ check "${name}": ${fails} of ${passes + fails} failed`),
    ...Object.entries(metrics).map(([name, { values }]) => `    ${name.padEnd(46)} ${valuesText(values)}`),
    '',
  ]
  return `${lines.join('\n')}\n`
}

function lagLines({ standIn }: Figures): string[] {
  if (standIn === null) return []
  const { lagMs, lagMsMax, isVoid } = standIn
  const line = `  the generator was late by ${lagMs.toFixed(1)} ms (99th percentile); more than ${lagMsMax} ms says nothing about speed`
  return [isVoid ? `${line}: VOID` : line]
}
