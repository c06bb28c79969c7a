#!/usr/bin/env -S node --max-semi-space-size=64
// Node 20 cannot read TypeScript by itself: tsx teaches it to, and the same command serves development and the image.
import { register } from 'tsx/esm/api';

register();
const { main } = await import('./main.ts');
await main(process.argv);
