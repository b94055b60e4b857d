/** Kafka's own jars, fetched once by the POM under scripts/local/kafka and kept in .data/kafka-jars. */
import { join } from 'node:path'
import { fetchJars, haveJars, jarsFolder, type MavenJars } from './maven-jars.ts'
import { dataRoot, projectRoot } from './paths.ts'

const kafkaJars: MavenJars = {
  pom: join(projectRoot, 'scripts/local/kafka/pom.xml'),
  root: join(dataRoot, 'kafka-jars'),
}

export const kafkaJarsFolder = (): string => jarsFolder(kafkaJars)

export const haveKafkaJars = (): boolean => haveJars(kafkaJars)

export const fetchKafkaJars = (mvn: string, log: string, signal: AbortSignal): Promise<void> =>
  fetchJars(kafkaJars, mvn, { log, signal })
