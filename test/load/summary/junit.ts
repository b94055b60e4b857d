/** The result of a load run for a build server: JUnit XML with a case for each threshold and each check. */
import type { Figures, ThresholdResult } from './figures.ts'

/** Text that may stand in XML 1.0: most control characters may not, not even escaped. */
export const escaped = (text: string): string =>
  text
    .replace(/[^\t\n\r\x20-\uD7FF\uE000-\uFFFD]/g, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')

interface Case {
  name: string
  failure?: string
  skipped?: string
}

const ofThreshold = ({ metric, expression, verdict, seen }: ThresholdResult): Case => ({
  name: `${metric} ${expression}`,
  ...(verdict === 'failed' && { failure: `threshold broken: ${seen}` }),
  ...(verdict === 'void' && { skipped: `void: the generator was late; ${seen}` }),
})

function lineOf({ name, failure, skipped }: Case, className: string): string {
  const open = `    <testcase classname="${escaped(className)}" name="${escaped(name)}"`
  if (failure !== undefined) return `${open}><failure message="${escaped(failure)}"/></testcase>`
  if (skipped !== undefined) return `${open}><skipped message="${escaped(skipped)}"/></testcase>`
  return `${open}/>`
}

export function junitOf({
  scenario,
  runner,
  verdict,
  thresholds,
  checks,
  durationS,
  baseUrl,
  seed,
  endedAt,
}: Figures): string {
  const cases: Case[] = [
    ...thresholds.map(ofThreshold),
    ...checks.map(({ name, passes, fails }) => ({
      name: `check: ${name}`,
      ...(fails > 0 && { failure: `${fails} of ${passes + fails} failed` }),
    })),
  ]
  const count = (key: 'failure' | 'skipped') => cases.filter(one => one[key] !== undefined).length
  const counts = `tests="${cases.length}" failures="${count('failure')}" errors="0" skipped="${count('skipped')}"`
  const properties = { runner, verdict, seed, baseUrl, endedAt }
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    `  <testsuite name="load ${escaped(scenario)} (${escaped(runner)})" ${counts} time="${durationS.toFixed(3)}">`,
    '    <properties>',
    ...Object.entries(properties).map(([name, value]) => `      <property name="${name}" value="${escaped(value)}"/>`),
    '    </properties>',
    ...cases.map(one => lineOf(one, `load.${scenario}`)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}
