package dev.caravan.problem;

/** Why a request failed, owned by the package that knows; every package has one enum of them. */
public interface Reason {
    /** Dotted and stable, such as {@code pipeline.not_found}. */
    String id();

    ErrorCode code();

    /** The {@code code} of a problem document: the name of the code unless the documented answer has one of its own. */
    default String problemCode() {
        return code().name();
    }

    /** The HTTP status: that of the code unless the reason needs a closer one, such as 413. */
    default int status() {
        return code().status();
    }
}
