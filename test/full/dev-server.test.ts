/** `npm run dev`: the whole system as by `npm start`, with Vite's dev server for the shop. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { afterAll, expect, test } from '@jest/globals'
import { deleteData } from '../../scripts/local/delete-data.ts'
import { dataFolder, projectRoot } from '../../scripts/local/paths.ts'
import { readRunFile } from '../../scripts/local/run-file.ts'
import { createReporter } from '../../scripts/terminal/output.ts'
import { until } from '../../shared/runtime/until.ts'
import { type Sent, send } from '../support/http.ts'

const START_DEADLINE_MS = 150_000
const STOP_DEADLINE_MS = 60_000

const folder = dataFolder(`dev-server-${process.pid}`)
let npm: ChildProcess | undefined

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null

afterAll(async () => {
  if (npm && !hasEnded(npm)) process.kill(-npm.pid!, 'SIGKILL')
  await deleteData(folder, createReporter({ write() {} }))
}, STOP_DEADLINE_MS)

test(
  "the page is served with what reloads it, the API's paths are passed on, and foreign names are refused",
  async () => {
    const { PAY_RUN_FILE, NODE_OPTIONS, ...env } = process.env
    const args = ['run', 'dev', '--', '--data', folder.name, '--ports', 'free']
    const child = spawn('npm', args, { cwd: projectRoot, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    npm = child
    let text = ''
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', chunk => (text += chunk))
    await until(() => text.includes('Ready in') || hasEnded(child), {
      what: 'npm run dev',
      deadlineMs: START_DEADLINE_MS,
    })
    if (hasEnded(child)) throw new Error(`npm run dev ended:\n${text}`)

    const shopUrl = readRunFile(folder.runFile)?.env.SHOP_URL ?? ''
    const get = (path: string, headers?: Sent['headers']) => send(shopUrl, { path, headers })
    expect((await get('/', { accept: 'text/html' })).text).toContain('/@vite/client')
    expect((await get('/src/main.tsx')).status).toBe(200)
    expect((await get('/health/live')).json).toEqual({ status: 'ok' })
    expect((await get('/payments?merchantId=none')).json).toEqual({ items: [], nextCursor: null })
    expect((await get('/paymentsX', { accept: 'text/html' })).text).toContain('/@vite/client')
    expect((await get('/health/live', { host: 'evil.example' })).status).toBe(403)
    // Of the starter, which wants a session; the API has no such route.
    expect((await get('/operator/demo')).json).toMatchObject({
      code: 'UNAUTHENTICATED',
      requestId: expect.stringMatching(/^demo_/),
    })
    expect((await get('/operator/demos')).json).toMatchObject({ code: 'NOT_FOUND' })

    process.kill(-child.pid!, 'SIGINT')
    await until(() => hasEnded(child) && !existsSync(folder.runFile), { what: 'its end', deadlineMs: STOP_DEADLINE_MS })
  },
  START_DEADLINE_MS + STOP_DEADLINE_MS,
)
