/** Loaded before a program of ours: a line that its output does not take (a full disk, a closed pipe) does not end it. */
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
