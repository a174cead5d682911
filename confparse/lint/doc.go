// Package lint predicts what goes wrong with a configuration that keepalived
// accepts: alone, and together with those of the other nodes.
//
// [Check] takes the documents of one or more nodes and returns findings. Each
// has the stable id of a [Rule] and says what will happen, when, and what to
// write instead. A finding may carry a [Prediction], which a test can run, and
// [Edit]s, which change the text but not what it means to keepalived.
//
// Rules stand in files by subject, one table each; examples/ has for each of
// them a configuration that it finds fault with, and one that it does not.
//
// Nothing here looks at the machine it runs on, keeps a state, or changes the
// documents: any goroutine may call it.
package lint
