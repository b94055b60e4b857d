/** Adds up a CPU profile by room, package and part of Node: self time, native code counted for whoever called it. */
import { fileURLToPath } from 'node:url'

export interface ProfileNode {
  id: number
  callFrame: { functionName: string; url: string }
  children?: number[]
}

/** As V8 writes it; times in microseconds. */
export interface CpuProfile {
  startTime: number
  endTime: number
  nodes: ProfileNode[]
  samples: number[]
  timeDeltas: number[]
}

export interface ModuleShare {
  module: string
  selfMs: number
  /** Its own time and that of Node's code which it called; Node's own callbacks stay with Node. */
  withNodeMs: number
}

export const IDLE = '(idle)'

/** Of the last `seconds` of the profile, the largest share first. `root` is the repository's folder. */
export function sharesOf(profile: CpuProfile, root: string, seconds: number): ModuleShare[] {
  const owners = ownersOf(profile.nodes, root)
  const shares = new Map<string, ModuleShare>()
  const shareOf = (module: string): ModuleShare => {
    const share = shares.get(module) ?? { module, selfMs: 0, withNodeMs: 0 }
    shares.set(module, share)
    return share
  }
  const fromUs = profile.endTime - seconds * 1_000_000
  let atUs = profile.startTime
  for (const [index, node] of profile.samples.entries()) {
    const deltaUs = profile.timeDeltas[index] ?? 0
    atUs += deltaUs
    if (atUs < fromUs) continue
    const { module = 'unknown', caller = 'unknown' } = owners.get(node) ?? {}
    const ms = Math.max(deltaUs, 0) / 1_000
    shareOf(module).selfMs += ms
    shareOf(caller).withNodeMs += ms
  }
  return [...shares.values()].sort((a, b) => b.selfMs - a.selfMs)
}

interface Owner {
  module: string
  /** The module, or whoever called it when it is part of Node. */
  caller: string
}

const program: Owner = { module: '(program)', caller: '(program)' }

function ownersOf(nodes: ProfileNode[], root: string): Map<number, Owner> {
  const byId = new Map(nodes.map(node => [node.id, node]))
  const owners = new Map<number, Owner>()
  // A walk with a list of its own: a profile is deeper than the stack.
  const open: [id: number, above: Owner][] = [[nodes[0]!.id, program]]
  for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
    const [id, above] = entry
    const node = byId.get(id)
    if (node === undefined) continue
    const owner = ownerOf(node, above, root)
    owners.set(id, owner)
    for (const child of node.children ?? []) open.push([child, owner])
  }
  return owners
}

function ownerOf({ callFrame }: ProfileNode, above: Owner, root: string): Owner {
  const module = moduleOf(callFrame, root)
  if (module === undefined) return above
  const isCalledByOurs = isPartOfNode(module) && above !== program
  return { module, caller: isCalledByOurs ? above.caller : module }
}

const isPartOfNode = (module: string): boolean => module.startsWith('node:')

/** Undefined for native code, which works for its caller. */
function moduleOf({ functionName, url }: ProfileNode['callFrame'], root: string): string | undefined {
  if (url === '') return /^\((idle|garbage collector|program)\)$/.test(functionName) ? functionName : undefined
  if (url.startsWith('node:')) return partOfNode(url)
  const path = url.startsWith('file:') ? fileURLToPath(url.replace(/\?.*$/, '')) : url
  return packageOf(path) ?? roomOf(path, root)
}

const packageOf = (path: string): string | undefined => /.*\/node_modules\/(@[^/]+\/[^/]+|[^/]+)\//.exec(path)?.[1]

/** `shared/http`, `functions/api`, `plugins/kafka-events`: two folders deep. */
function roomOf(path: string, root: string): string {
  if (!path.startsWith(`${root}/`)) return 'elsewhere'
  const folders = path
    .slice(root.length + 1)
    .split('/')
    .slice(0, -1)
  return folders.slice(0, 2).join('/') || '(top level)'
}

/** `node:internal/modules`, `node:net`. */
const partOfNode = (url: string): string => {
  const [first = '', second] = url.slice('node:'.length).split('/')
  return first === 'internal' && second !== undefined ? `node:internal/${second}` : `node:${first}`
}
