import { describe, expect, test } from '@jest/globals'
import { junitOf, type SmokeResult } from './report.ts'

const result: SmokeResult = {
  apiUrl: 'http://127.0.0.1:8080',
  startedAt: '2026-01-02T03:04:05.678Z',
  steps: [
    { name: 'ready', outcome: 'passed', durationMs: 12.3, detail: 'kafka' },
    { name: 'capture', outcome: 'failed', durationMs: 1_000, detail: 'seen: {"a":"<b> & \u0000\u001b"}\nline' },
    { name: 'refund', outcome: 'skipped', durationMs: 0, detail: '' },
  ],
}

describe('the JUnit report', () => {
  const xml = junitOf(result)

  test('counts what passed, failed and was not reached', () => {
    expect(xml).toContain('<testsuite name="smoke" tests="3" failures="1" errors="0" skipped="1" time="1.012"')
    expect(xml).toContain('<testcase classname="smoke" name="ready" time="0.012"/>')
    expect(xml).toContain('name="refund" time="0.000"><skipped/></testcase>')
  })

  test('holds any text that was seen, without a character that XML forbids', () => {
    const text = 'seen: {&quot;a&quot;:&quot;&lt;b&gt; &amp; \uFFFD\uFFFD&quot;}'
    expect(xml).toContain(`<failure message="${text}&#10;line">${text}\nline</failure>`)
  })
})
