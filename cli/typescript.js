// Lets Node read TypeScript, from 20 on and everywhere by the same library that newer ones have inside: the types are blanked out,
// and what runs is the source itself. Compilers that keep the names of functions name each of them anew whenever it is made,
// which cost the gateway a tenth of its time.
import { register } from 'node:module';

register('./strip-types.js', import.meta.url);
