/** Loaded before a program of ours: an error of its output (a full disk, a closed pipe) costs a line and does not end it. */
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
