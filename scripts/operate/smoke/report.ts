/** The results of a smoke test, and their form for a build server: JUnit XML. */

export interface StepResult {
  name: string
  /** `skipped`: a step before it failed. */
  outcome: 'passed' | 'failed' | 'skipped'
  durationMs: number
  /** What it found, or what it saw instead. */
  detail: string
}

export interface SmokeResult {
  apiUrl: string
  startedAt: string
  steps: StepResult[]
}

const seconds = (durationMs: number): string => (durationMs / 1_000).toFixed(3)

/** Text that may stand in XML 1.0: most control characters may not, not even escaped. */
function escaped(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

/** For an attribute, in which a line break would be read as a space. */
const attribute = (text: string): string => escaped(text).replaceAll('\n', '&#10;')

function testCase({ name, outcome, durationMs, detail }: StepResult): string {
  const open = `    <testcase classname="smoke" name="${attribute(name)}" time="${seconds(durationMs)}"`
  switch (outcome) {
    case 'passed':
      return `${open}/>`
    case 'skipped':
      return `${open}><skipped/></testcase>`
    case 'failed':
      return `${open}><failure message="${attribute(detail)}">${escaped(detail)}</failure></testcase>`
  }
}

/** One suite with a case for each step: the form that Jenkins's `junit` reads. */
export function junitOf({ apiUrl, startedAt, steps }: SmokeResult): string {
  const count = (outcome: StepResult['outcome']) => steps.filter(step => step.outcome === outcome).length
  const timeMs = steps.reduce((sum, step) => sum + step.durationMs, 0)
  const counts = `tests="${steps.length}" failures="${count('failed')}" errors="0" skipped="${count('skipped')}"`
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    `  <testsuite name="smoke" ${counts} time="${seconds(timeMs)}" timestamp="${attribute(startedAt)}">`,
    `    <properties><property name="api" value="${attribute(apiUrl)}"/></properties>`,
    ...steps.map(testCase),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}
