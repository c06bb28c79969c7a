// Loaded into every process a test starts, before anything else.

// The test's clock: time passes as always, but the day is the one the test chose.
const offset = Number(process.env['XINQIAO_TEST_CLOCK_OFFSET_MS'] ?? 0);
if (offset !== 0) {
  const { now } = Date;
  const shifted = () => now() + offset;
  globalThis.Date = new Proxy(Date, {
    construct: (target, args, self) => Reflect.construct(target, args.length === 0 ? [shifted()] : args, self),
    get: (target, name, self) => (name === 'now' ? shifted : Reflect.get(target, name, self)),
  });
}

// A child must not outlive a test that was killed: its standard input ends with the test.
process.stdin.on('error', () => {}).on('close', () => process.kill(process.pid, 'SIGKILL'));
process.stdin.resume();
process.stdin.unref?.();
