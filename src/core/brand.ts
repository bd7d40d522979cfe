/**
 * Nominal types over plain values: a brand exists only for the compiler and costs nothing at run time.
 */
declare const brand: unique symbol;

/** A value of type `T` that only the constructor of `Name` may produce; brands add up, so a `Price` is also a `Decimal`. */
export type Brand<T, Name extends string> = T & { readonly [brand]: { readonly [K in Name]: true } };
