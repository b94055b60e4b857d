/** Importing a handler reads no environment, opens nothing and starts nothing: each is imported in a process of its own. */
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { describe, expect, jest, test } from '@jest/globals'

const root = fileURLToPath(new URL('../../', import.meta.url))
const handlers = readdirSync(join(root, 'functions'), { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map(name => join(root, 'functions', name))
  .sort()

interface Report {
  handlers: string[]
  connected: string[]
  resources: string[]
}

/** Says which handlers it could import, what was connected to, and what keeps the process alive. */
const script = (files: string[]) => `
  import net from 'node:net'
  const connected = []
  net.Socket.prototype.connect = function (...given) { connected.push(JSON.stringify(given[0])); return this }
  const handlers = []
  for (const file of ${JSON.stringify(files.map(file => pathToFileURL(file).href))})
    if (typeof (await import(file)).handler === 'function') handlers.push(file)
  await new Promise(resolve => setTimeout(resolve, 20))
  const pipes = new Set(['PipeWrap', 'TTYWrap'])
  const resources = process.getActiveResourcesInfo().filter(name => !pipes.has(name))
  process.stdout.write(JSON.stringify({ handlers, connected, resources }))
`

function importAll(files: string[], env: Record<string, string>): Report {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '--eval', script(files)], {
    env,
    cwd: root,
    encoding: 'utf8',
    timeout: 30_000,
  })
  if (status !== 0) throw new Error(`exit ${status}: ${stderr}`)
  return JSON.parse(stdout)
}

const hrefs = handlers.map(file => pathToFileURL(file).href)

// Five processes that load every library: slow on a busy machine.
jest.setTimeout(60_000)

describe('the handlers', () => {
  test('are all there', () => {
    expect(handlers.map(file => relative(root, file))).toContain(join('functions', 'api', 'authorize.ts'))
    expect(handlers.length).toBeGreaterThanOrEqual(12)
  })

  test('import with an empty environment and no network, and open nothing', () => {
    expect(importAll(handlers, {})).toEqual({ handlers: hrefs, connected: [], resources: [] })
  })

  // Whatever read these would throw.
  test('do not read the environment when they are imported', () => {
    const unreadable = { LOG_LEVEL: 'loud', LEASE_MS: 'soon', FEE_FIXED: '{', DATABASE_CONNECTIONS: 'many' }

    expect(importAll(handlers, unreadable).handlers).toEqual(hrefs)
  })

  test('would be caught: a module that connects, or waits, is seen', () => {
    const opening = `data:text/javascript,import net from 'node:net';net.connect(9092);setInterval(()=>{},1e6);export const handler=()=>{}`
    const listening = `data:text/javascript,import net from 'node:net';net.createServer().listen(0);export const handler=()=>{}`
    const report = (source: string) => {
      const { stdout } = spawnSync(
        process.execPath,
        [
          '--input-type=module',
          '--eval',
          `${script([]).replace('[])', `${JSON.stringify([source])})`)}; process.exit()`,
        ],
        { env: {}, encoding: 'utf8', timeout: 30_000 },
      )
      return JSON.parse(stdout) as Report
    }

    expect(report(opening)).toMatchObject({ connected: [expect.any(String)], resources: ['Timeout'] })
    expect(report(listening).resources).toEqual(['TCPServerWrap'])
  })
})
