/** Faults on purpose: each rule of the architecture test must fire on one of them. Never used, never shipped. */
package planted.penstock;
