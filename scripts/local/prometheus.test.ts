import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { StepFailure } from '../terminal/output.ts'
import { fetchPackage, unpackedPackage } from './debian-package.ts'
import { nativeConfig, prometheusFolder } from './prometheus.ts'
import type { ToolRun } from './run-tool.ts'

const composeText = readFileSync(join(prometheusFolder, 'prometheus.yml'), 'utf8')

describe("the native Prometheus's configuration", () => {
  test('is that of Compose with this API and the rules where they are', () => {
    const config = parse(nativeConfig(composeText, { apiUrl: 'http://127.0.0.1:18080' }))
    const original = parse(composeText)
    expect(config.global).toEqual(original.global)
    expect(config.scrape_configs[0]).toEqual({
      ...original.scrape_configs[0],
      static_configs: [{ targets: ['127.0.0.1:18080'] }],
    })
    expect(config.rule_files).toHaveLength(original.rule_files.length)
    for (const file of config.rule_files) expect(existsSync(file)).toBe(true)
  })

  test('may look more often', () => {
    const { global } = parse(nativeConfig(composeText, { apiUrl: 'http://127.0.0.1:18080', intervalMs: 1_000 }))
    expect(global).toEqual({ scrape_interval: '1000ms', scrape_timeout: '1000ms', evaluation_interval: '1000ms' })
  })
})

describe('a package that is unpacked and not installed', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'package-'))
  })
  afterEach(() => rmSync(root, { recursive: true }))

  /** Does to the folder what apt-get and dpkg do, and records the calls; those in `failing` fail. */
  function fakeTools(failing: number[] = []) {
    const calls: string[] = []
    const run = async (command: string, args: string[], { cwd = '' }: ToolRun) => {
      calls.push([command, ...args].join(' '))
      if (failing.includes(calls.length)) throw new StepFailure('apt-get exited with code 100', { fix: 'try it' })
      if (args[0] === 'download') writeFileSync(join(cwd, `${args[1]}_1_amd64.deb`), '')
      if (args[0] === '--extract') writeFileSync(join(cwd, 'content'), '')
    }
    return { calls, run }
  }
  const fetch = (run: (command: string, args: string[], run: ToolRun) => Promise<void>) =>
    fetchPackage('prometheus', { log: join(root, 'install.log') }, { root, run })

  test('is fetched once', async () => {
    const tools = fakeTools()
    const content = await fetch(tools.run)
    expect(await fetch(tools.run)).toBe(content)
    expect(unpackedPackage('prometheus', root)).toBe(content)
    expect(tools.calls).toEqual(['apt-get download prometheus', 'dpkg --extract prometheus_1_amd64.deb content'])
  })

  test('leaves nothing behind when it cannot be fetched, and says what to try', async () => {
    const failure = await fetch(fakeTools([1, 2, 3]).run).catch(error => error)
    expect(failure).toBeInstanceOf(StepFailure)
    expect(failure.fix).toBe('try it')
    expect(unpackedPackage('prometheus', root)).toBeUndefined()
  })
})
