/** The starter's control socket: says what runs, stops, starts, kills, pauses or resumes one part of it on request, and has it verified. */
import { chmodSync, mkdirSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { dirname } from 'node:path'
import type { RunFile } from './run-file.ts'
import type { SystemPart } from './supervised-process.ts'

export interface Controlled {
  run(): RunFile
  part(name: string): SystemPart | undefined
  /** Begins a process that carries out a run of `npm run verify` which was asked for. */
  verify(runId: string): Promise<void>
}

const actions = ['stop', 'kill', 'start', 'pause', 'resume'] as const
type Action = (typeof actions)[number]

/** It becomes an argument of a command. */
const RUN_ID = /^vrf_[0-9A-Z]{26}$/

export async function serveControl(path: string, system: Controlled): Promise<Server> {
  const server = createServer((request, response) => {
    const answer = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    void respond(system, request.method ?? '', request.url ?? '').then(
      ({ status, body }) => answer(status, body),
      error => answer(500, { message: error instanceof Error ? error.message : String(error) }),
    )
  })
  return listenForThisUser(server, path)
}

/** Listens at a socket that nobody else can open. */
export async function listenForThisUser(server: Server, path: string): Promise<Server> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  rmSync(path, { force: true })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve))
  chmodSync(path, 0o600)
  return server
}

async function respond(system: Controlled, method: string, url: string): Promise<{ status: number; body: unknown }> {
  if (method === 'GET' && url === '/status') return { status: 200, body: system.run() }
  const [, action, name] = url.split('/')
  if (method === 'POST' && action === 'verify' && RUN_ID.test(name ?? '')) {
    await system.verify(name!)
    return { status: 200, body: {} }
  }
  const part = name && system.part(name)
  if (method !== 'POST' || !actions.includes(action as Action) || !part)
    return { status: 404, body: { message: `no such request: ${method} ${url}` } }
  if (part.row().state === 'external')
    return {
      status: 409,
      body: { message: `${name} is somebody else's: it is used, never stopped, paused or started` },
    }
  await part[action as Action]()
  return { status: 200, body: part.row() }
}
