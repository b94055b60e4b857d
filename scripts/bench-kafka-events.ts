/** `npm run bench:kafka-events`: the Kafka plugin's own benchmark on a broker of this run's own. Exit as the benchmark. */
import { USAGE } from '../plugins/kafka-events/bench/settings.ts'
import { benchKafkaEvents } from './lab/bench/kafka-events.ts'
import { npmCommand, run } from './terminal/command.ts'

const command = npmCommand(
  'npm run bench:kafka-events',
  'Runs the benchmark of the Kafka plugin, with its flags, on a broker of its own.',
)
  .option('--save', 'also write every figure to scripts/lab/results/kafka-events-<date>.json')
  .argument('[flags...]', 'flags of the benchmark: see below')
  .allowUnknownOption()
  .addHelpText('after', `\n${USAGE}`)

await run(command, benchKafkaEvents)
