import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { until } from '../../shared/runtime/until.ts'
import { listenForThisUser } from './control-server.ts'
import { type DataFolder, dataFolder, demoSocketOf } from './paths.ts'
import type { PortPlan } from './plan-ports.ts'
import { anyFreePort } from './ports.ts'
import type { SystemEnv } from './run-file.ts'
import { builtShopChild, builtShopFolder, devShopChild } from './shop-child.ts'

test('the built shop is served by a process of its own that ends on TERM', async () => {
  const within = mkdtempSync(join(tmpdir(), 'shop-child-'))
  const folder: DataFolder = dataFolder('main', within)
  mkdirSync(builtShopFolder(folder), { recursive: true })
  writeFileSync(join(builtShopFolder(folder), 'index.html'), 'the page')
  const api = createServer((_, response) => response.end('the API')).listen(0, '127.0.0.1')
  await once(api, 'listening')
  const apiUrl = `http://127.0.0.1:${(api.address() as AddressInfo).port}`
  const panel = createServer(({ url }, response) => response.end(`the starter ${url}`))
  await listenForThisUser(panel, demoSocketOf(folder))
  const web = await anyFreePort(new Set())

  const spec = await builtShopChild(folder, { API_URL: apiUrl } as SystemEnv, { web } as PortPlan)
  const child = spawn(spec.command, spec.args, { env: spec.env, stdio: 'inherit' })
  try {
    const page = async () => (await fetch(`http://127.0.0.1:${web}/`).catch(() => undefined))?.text()
    await until(async () => child.exitCode !== null || (await page()) === 'the page', { what: 'the page' })
    const textAt = async (path: string) => (await fetch(`http://127.0.0.1:${web}${path}`)).text()
    expect(await textAt('/payments')).toBe('the API')
    expect(await textAt('/operator/demo/parts?a=1')).toBe('the starter /operator/demo/parts?a=1')
    expect([await textAt('/operator/demos'), await textAt('/operator/session')]).toEqual(['the API', 'the API'])
    panel.close().closeAllConnections()
    await until(async () => (await textAt('/operator/demo')) === 'The starter cannot be reached.', { what: 'a 502' })
    await spec.probe(AbortSignal.timeout(1_000))
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
  } finally {
    child.kill('SIGKILL')
    api.close().closeAllConnections()
    panel.close().closeAllConnections()
    for (const path of [within, folder.sockets]) rmSync(path, { recursive: true, force: true })
  }
})

test("the dev server is Vite's own program, at the same port", () => {
  const folder = dataFolder('main')
  const { args, env, port } = devShopChild(
    folder,
    { API_URL: 'http://127.0.0.1:1' } as SystemEnv,
    { web: 2 } as PortPlan,
  )
  const program = args.find(arg => arg.endsWith('vite'))!
  expect(existsSync(program)).toBe(true)
  expect(readFileSync(program, 'utf8')).toContain('vite')
  expect(args.join(' ')).toContain('--host 127.0.0.1 --port 2 --strictPort')
  expect({ port, web: env.WEB_PORT, api: env.API_URL }).toEqual({ port: 2, web: '2', api: 'http://127.0.0.1:1' })
})
