/** Ports on 127.0.0.1: whether one is free, who holds one that is not, and which to take instead. */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { commandOf } from './process-table.ts'

export interface PortHolder {
  pid?: number
  command?: string
}

const HOST = '127.0.0.1'

function answers(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ host: HOST, port, timeout: 500 })
    const settle = (taken: boolean) => () => {
      socket.destroy()
      resolve(taken)
    }
    socket.once('connect', settle(true)).once('error', settle(false)).once('timeout', settle(true))
  })
}

function binds(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ host: HOST, port, exclusive: true }, () => server.close(() => resolve(true)))
  })
}

/** Free means that nothing answers there and that we can listen: macOS lets one bind beside a wildcard listener. */
export async function isFree(port: number): Promise<boolean> {
  return !(await answers(port)) && (await binds(port))
}

/** The first free port at or after `from` that is not in `taken`; adds it to `taken`. Throws after 200 tries. */
export async function nextFreePort(from: number, taken: Set<number>): Promise<number> {
  for (let port = from; port < from + 200 && port < 65_536; port++) {
    if (taken.has(port) || !(await isFree(port))) continue
    taken.add(port)
    return port
  }
  throw new Error(`no free port from ${from} to ${from + 199}`)
}

/**
 * A free port somewhere in 20000–29999: below the range from which the kernel takes the local ports of
 * outgoing connections, so that a restarting service finds its port still its own.
 */
export function anyFreePort(taken: Set<number>, random = Math.random): Promise<number> {
  return nextFreePort(20_000 + Math.floor(random() * 9_800), taken)
}

/** The process that listens on a port; empty when the system does not let us see it. */
export function portHolder(port: number): PortHolder {
  const pid = process.platform === 'linux' ? linuxHolder(port) : lsofHolder(port)
  return pid === undefined ? {} : { pid, command: commandOf(pid) }
}

/** The socket inodes that listen on `port`, from the text of /proc/net/tcp or tcp6. */
export function listeningInodes(table: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const listening = '0A'
  return table
    .split('\n')
    .map(line => line.trim().split(/\s+/))
    .filter(columns => columns[1]?.endsWith(suffix) && columns[3] === listening)
    .map(columns => columns[9]!)
}

function linuxHolder(port: number): number | undefined {
  const inodes = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap(path => listeningInodes(readText(path), port))
  const sockets = new Set(inodes.map(inode => `socket:[${inode}]`))
  if (sockets.size === 0) return undefined
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .find(pid => openFiles(pid).some(file => sockets.has(file)))
}

function openFiles(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map(fd => readLink(`/proc/${pid}/fd/${fd}`))
  } catch {
    return []
  }
}

function readLink(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function lsofHolder(port: number): number | undefined {
  try {
    const found = execFileSync('lsof', ['-nP', '-t', `-iTCP:${port}`, '-sTCP:LISTEN'], { encoding: 'utf8' })
    return Number(found.split('\n')[0]) || undefined
  } catch {
    return undefined
  }
}
