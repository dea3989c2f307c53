// What the type tests share.

/** Takes no argument where both types are the very same; anywhere else it does not compile. */
declare function same<A, B>(...differ: (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? [] : [never]): void;
