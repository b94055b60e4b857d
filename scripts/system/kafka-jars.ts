/** Kafka's own jars, fetched once by the POM under ops/kafka and kept in .data/kafka-jars. */
import { createHash } from 'node:crypto'
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { join } from 'node:path'
import { dataRoot, projectRoot } from './paths.ts'
import { runTool } from './run-tool.ts'

const pom = join(projectRoot, 'ops/kafka/pom.xml')
export const kafkaJarsRoot = join(dataRoot, 'kafka-jars')

const digestOf = (content: string | Buffer) => createHash('sha256').update(content).digest('hex').slice(0, 12)

/** The folder of this POM's jars: another POM, another folder. */
export function kafkaJarsFolder(): string {
  return join(kafkaJarsRoot, digestOf(readFileSync(pom)))
}

/**
 * JVM options that make the broker's start half as expensive (CPU 4.4 → 2.2 s): its classes are kept in an archive,
 * which the JVM writes to `draft` at the end of the first run. A broken or foreign archive is ignored by the JVM.
 */
export function classArchiveOptions(java: string, draft: string): string[] {
  const archive = `${kafkaJarsFolder()}-${digestOf(realpathSync(java))}.jsa`
  if (!existsSync(archive) && isWholeArchive(draft)) renameSync(draft, archive)
  rmSync(draft, { force: true })
  const quiet = ['-Xlog:cds=off', '-Xlog:cds+dynamic=off', '-Xlog:class+path=off']
  return [existsSync(archive) ? `-XX:SharedArchiveFile=${archive}` : `-XX:ArchiveClassesAtExit=${draft}`, ...quiet]
}

export function haveKafkaJars(): boolean {
  return existsSync(kafkaJarsFolder())
}

/** The JVM writes the header last: a dump that was killed begins with zeros. */
function isWholeArchive(path: string): boolean {
  if (!existsSync(path)) return false
  const file = openSync(path, 'r')
  const magic = Buffer.alloc(4)
  readSync(file, magic)
  closeSync(file)
  return magic.readUInt32LE() !== 0
}

/** Fetches the jars. The folder appears whole or not at all, and two starts at once do not disturb each other. */
export async function fetchKafkaJars(mvn: string, log: string, signal: AbortSignal): Promise<void> {
  const draft = `${kafkaJarsFolder()}.${process.pid}`
  mkdirSync(kafkaJarsRoot, { recursive: true })
  try {
    await runTool(mvn, ['-q', '-B', '-ntp', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${draft}`], {
      log,
      signal,
      fix: 'look at the log; Maven has to reach Maven Central or a mirror of it (~/.m2/settings.xml)',
    })
    if (!haveKafkaJars()) renameSync(draft, kafkaJarsFolder())
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}
