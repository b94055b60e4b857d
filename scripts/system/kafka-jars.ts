/** Kafka's own jars, fetched once by the POM under ops/kafka and kept in .data/kafka-jars. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { dataRoot, projectRoot } from './paths.ts'
import { runTool } from './run-tool.ts'

const pom = join(projectRoot, 'ops/kafka/pom.xml')
export const kafkaJarsRoot = join(dataRoot, 'kafka-jars')

/** The folder of this POM's jars: another POM, another folder. */
export function kafkaJarsFolder(): string {
  return join(kafkaJarsRoot, createHash('sha256').update(readFileSync(pom)).digest('hex').slice(0, 12))
}

export function haveKafkaJars(): boolean {
  return existsSync(kafkaJarsFolder())
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
