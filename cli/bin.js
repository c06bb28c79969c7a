#!/usr/bin/env -S node --max-semi-space-size=64 --no-allocation-site-pretenuring --no-flush-bytecode --retain-maps-for-n-gc=1000000
import './typescript.js';

const { main } = await import('./main.ts');
await main(process.argv);
